"""What a process gives up for good before it meets a stranger's work: limits, other processes, the network."""

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress

MEGABYTE = 2**20
SECONDS_OF_CPU = 60
LIMITS = {
    "RLIMIT_AS": 3072 * MEGABYTE,
    "RLIMIT_CPU": SECONDS_OF_CPU,
    "RLIMIT_FSIZE": 32 * MEGABYTE,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
}


def confine() -> None:
    """Give up what judging needs not. Raises OSError where the system refuses a limit that it should know."""
    if sys.platform == "win32":
        return
    import resource

    for name, most in LIMITS.items():
        with suppress(ValueError):  # macOS has no limit of addresses; a lower limit than ours stays
            resource.setrlimit(getattr(resource, name), (most, most))
    if can_filter():
        filter_system_calls()


def can_filter() -> bool:
    """Tell whether the system calls of this machine are known here, so that no second process can be started."""
    return sys.platform == "linux" and platform.machine() in SYSTEM_CALLS


# -- system calls ------------------------------------------------------------------------------------------

# By machine: how the kernel calls it, and the numbers of the calls that a judged project has no use for. To start
# processes, to signal or look into others, to open connections, to make namespaces, to leave keys behind.
REFUSED = """
    fork vfork kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal pidfd_getfd ptrace
    process_vm_readv process_vm_writev unshare setns mount umount2 pivot_root chroot socket connect bind listen add_key
    request_key keyctl bpf perf_event_open userfaultfd io_uring_setup shmget msgget semget execve execveat
""".split()
X86_64 = """
    57 58 62 200 129 297 424 438 101 310 311 272 308 165 166 155 161 41 42 49 50 248 249 250 321 298 323 425 29
    68 64 59 322
"""
AARCH64 = """
    - - 129 130 138 240 424 438 117 270 271 97 268 40 39 41 51 198 203 200 201 217 218 219 280 241 282 425 194
    186 190 221 281
"""
# The architecture, `clone`, `tgkill`, `prlimit64`, and the numbers of REFUSED.
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 56, 234, 302, X86_64.split()),
    "aarch64": (0xC00000B7, 220, 131, 261, AARCH64.split()),
}
CLONE3 = 435  # on all machines; its flags can't be looked at, and the C library does with `clone` where it is missing
CLONE_THREAD = 0x10000
FIRST_OF_X32 = 0x40000000

# Of Linux: include/uapi/linux/bpf_common.h, seccomp.h and prctl.h.
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL, NOT_PERMITTED, NOT_THERE = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
NO_NEW_PRIVILEGES, NOT_DUMPABLE, SECCOMP, FILTER = 38, 4, 22, 2


def filter_system_calls() -> None:
    """Refuse from now on the calls in REFUSED, every `clone` that is no thread, and to signal or limit another process.

    Raises OSError.
    """
    program = b"".join(filter_program(platform.machine()))
    buffer = ctypes.create_string_buffer(program)
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    control(NO_NEW_PRIVILEGES, 1)
    control(SECCOMP, FILTER, ctypes.c_char_p(head))


def filter_program(machine: str) -> list[bytes]:
    architecture, clone, signal, limit, numbers = SYSTEM_CALLS[machine]
    refused = [int(number) for number in numbers if number != "-"]
    return [
        step(LOAD, ARCHITECTURE),
        step(JUMP_IF_EQUAL, architecture, 1, 0),
        step(RETURN, KILL),
        step(LOAD, NUMBER),
        step(JUMP_IF_AT_LEAST, FIRST_OF_X32, 0, 1),
        step(RETURN, NOT_PERMITTED),
        step(JUMP_IF_EQUAL, CLONE3, 0, 1),
        step(RETURN, NOT_THERE),
        *(each for number in refused for each in (step(JUMP_IF_EQUAL, number, 0, 1), step(RETURN, NOT_PERMITTED))),
        *only_with_first_argument(signal, os.getpid()),
        *only_with_first_argument(limit, 0, os.getpid()),
        step(JUMP_IF_EQUAL, clone, 0, 3),
        step(LOAD, FIRST_ARGUMENT),
        step(JUMP_IF_SET, CLONE_THREAD, 1, 0),
        step(RETURN, NOT_PERMITTED),
        step(RETURN, ALLOW),
    ]


def only_with_first_argument(call: int, *values: int) -> list[bytes]:
    checks = [step(JUMP_IF_EQUAL, value, len(values) - number, 0) for number, value in enumerate(values)]
    return [
        step(JUMP_IF_EQUAL, call, 0, len(values) + 3),
        step(LOAD, FIRST_ARGUMENT),
        *checks,
        step(RETURN, NOT_PERMITTED),
        step(RETURN, ALLOW),
    ]


def step(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_so, if_not, value)


def be_closed_to_others() -> None:
    """Let no process of the same user look into this one or its memory. Raises OSError."""
    if sys.platform == "linux":
        control(NOT_DUMPABLE, 0)


def control(what: int, *values: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(what, *values, *[0] * (4 - len(values))) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {what}: {os.strerror(ctypes.get_errno())}")
