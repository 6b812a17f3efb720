"""What the explanations of YAML share: how an example is shown, and what counts as nothing."""

import yaml


def is_empty(node: yaml.Node | None) -> bool:
    """Tell whether nothing stands behind a key."""
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "~", "null")


def with_shape(said: str, shape: str) -> str:
    """Return a sentence with an example below it, as a block of Markdown."""
    return said + "\n\n" + "\n".join(f"    {line}" for line in shape.split("\n"))
