"""What a learner types and sees: the magics, the session behind them, SQL cells, previews, cards, the lineage picture.

Nothing is judged here and no dbt is run: that is asked of the wings below, and shown.
"""
