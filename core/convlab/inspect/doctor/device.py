"""The device that TensorFlow uses, and the precision and compilation that convlab chooses for it."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

from convlab.errors import ConvlabError
from convlab.inspect.doctor.finding import Finding, note, ok, problem
from convlab.system.tensorflow_start import start_tensorflow

_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
# The instruction sets that TensorFlow's kernels use.
_INSTRUCTIONS = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")


def examine_device() -> Iterator[Finding]:
    """Start TensorFlow, and report its device, precision and compilation."""
    try:
        start_tensorflow()
    except ConvlabError as error:
        yield problem("devices", str(error), "pip install --force-reinstall tensorflow")
        return
    import tensorflow as tf

    gpus = tf.config.list_logical_devices("GPU")
    yield _devices([device.name for device in gpus])
    yield _instructions()
    yield _precision(bool(gpus))
    yield ok(
        "XLA",
        "on, because there is a GPU"
        if gpus
        else "on for networks of dense layers; off for others, because on a CPU it slows down convolutions",
    )


def _devices(gpus: list[str]) -> Finding:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if gpus:
        return ok("devices", f"{', '.join(gpus)}; {cores} CPU cores")
    if _NVIDIA_DRIVER.exists():
        return note(
            "devices",
            f"{cores} CPU cores; an NVIDIA driver is installed, but TensorFlow finds no GPU",
            "pip install 'tensorflow[and-cuda]'",
        )
    return ok("devices", f"{cores} CPU cores, no GPU")


def _instructions() -> Finding:
    from convlab.training.model.device_rules import cpu_flags

    flags, machine = cpu_flags(), platform.machine()
    if not flags:
        return ok("instructions", f"unknown: the system does not list those of this {machine} processor")
    if "avx" in flags:
        return ok("instructions", ", ".join(name for name in _INSTRUCTIONS if name in flags))
    if machine in ("x86_64", "AMD64"):
        return problem(
            "instructions",
            "the processor lacks AVX, which TensorFlow's packages require",
            "use another machine, or build TensorFlow from source",
        )
    return ok("instructions", machine)


def _precision(has_gpu: bool) -> Finding:
    from convlab.training.model.device_rules import NATIVE_FLAGS, cpu_flags, gpus_are_native

    if has_gpu:
        native, device = gpus_are_native(), "the GPU"
    else:
        found = sorted(NATIVE_FLAGS & cpu_flags())
        native, device = bool(found), f"the processor ({', '.join(found) or 'no avx512_bf16 or amx_bf16'})"
    if not native:
        return ok("precision", f"float32, because {device} does not multiply bfloat16 natively")
    networks = "every network" if has_gpu else "convolutional networks"
    return ok(
        "precision",
        f"float32 by default; with `train.precision` set to 'auto', bfloat16 for {networks}, because "
        f"{device} multiplies it natively",
    )
