"""What the network runs on, and what convlab chooses for it."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.inspect.doctor.finding import Finding, note, ok, problem
from convlab.system.tensorflow_start import start_tensorflow

_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
# Those that TensorFlow's kernels make use of.
_INSTRUCTIONS = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def examine_device() -> Iterator[Finding]:
    """Start TensorFlow; say what it runs on, and which precision and compilation that leads to."""
    try:
        start_tensorflow()
    except ConvlabError as error:
        yield problem("devices", str(error), "pip install --force-reinstall tensorflow")
        return
    import tensorflow as tf

    gpus = tf.config.list_logical_devices("GPU")
    yield from _devices([device.name for device in gpus])
    yield from _instructions()
    yield _precision(bool(gpus))
    yield ok(
        "XLA",
        "on: the device is an accelerator"
        if gpus
        else "on for networks of dense layers alone, off for convolutions, which it slows down on a CPU",
    )


def _devices(gpus: list[str]) -> Iterator[Finding]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if gpus:
        yield ok("devices", f"{', '.join(gpus)}; {cores} CPU cores")
    elif _NVIDIA_DRIVER.exists():
        yield note(
            "devices",
            f"{cores} CPU cores; there is an NVIDIA driver, but TensorFlow finds no GPU",
            "pip install 'tensorflow[and-cuda]'",
        )
    else:
        yield ok("devices", f"{cores} CPU cores, no GPU")


def _instructions() -> Iterator[Finding]:
    from convlab.training.model.precision import cpu_flags

    flags = cpu_flags()
    if not flags:
        yield ok("instructions", f"of this {platform.machine()} processor the system does not tell")
    elif "avx" in flags:
        found = [name for name in _INSTRUCTIONS if name in flags]
        yield ok("instructions", ", ".join(found))
    elif platform.machine() in ("x86_64", "AMD64"):
        yield problem(
            "instructions",
            "the processor lacks AVX, which TensorFlow's packages are built for",
            "use another machine, or build TensorFlow from source",
        )
    else:
        yield ok("instructions", f"{platform.machine()}")


def _precision(has_gpu: bool) -> Finding:
    from convlab.training.model.precision import NATIVE_FLAGS, cpu_flags, gpus_are_native

    if has_gpu:
        native, reason = gpus_are_native(), "the GPU"
    else:
        found = sorted(NATIVE_FLAGS & cpu_flags())
        native, reason = bool(found), f"the processor ({', '.join(found) or 'no avx512_bf16 or amx_bf16'})"
    if not native:
        return ok("precision", f"float32, for {reason} does not multiply bfloat16 itself")
    kinds = "every network" if has_gpu else "convolutions"
    return ok(
        "precision",
        f"float32 by default; --precision auto takes bfloat16 for {kinds}, for {reason} multiplies it itself",
    )
