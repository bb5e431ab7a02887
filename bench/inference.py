#!/usr/bin/env python3
"""Measures engines on NTS-Net: loading, the first picture, a warm picture, and the memory.

Every engine runs in a fresh process, one after the other, `--rounds` times in turn, so that a slow minute of the machine
hits all of them; each number is the median of the rounds. All do the same work on the same picture: preparing it, the trunk
on the whole picture, choosing the parts, cutting them out, the trunk on each part, and the last layer. Four parts are enough
for the answer; the published network runs six.

    bench/inference.py models/current picture.jpg --ours target/release/lambda-inference --pytorch ntsnet.pt

`--ours PROGRAM` is run as `PROGRAM bench <model directory> <picture> --threads=N` and prints one line of JSON with `load_seconds`,
`first_seconds`, `warm_seconds` (a list) and `peak_rss_bytes`. The checkpoint for `--pytorch` is written first
if there is none and the model has random weights.

On a busy machine look at the processor time of the whole process, which others disturb less: it is the load and all pictures.
Each process may run on as many cores as the number of its threads says.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

WARM = 10


def main():
    """Reads the command line and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="the directory of an NTS-Net")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--ours", metavar="PROGRAM", help="a program to compare with")
    parser.add_argument("--pytorch", type=Path, metavar="FILE", help="measure PyTorch as well, with this checkpoint")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.model, arguments.picture)))
    else:
        report(arguments)


def engines(arguments):
    """Returns the command of each engine by its name, and its number of threads."""
    own = [sys.executable, __file__, str(arguments.model), str(arguments.picture), "--measure"]
    torch = [sys.executable, __file__, str(arguments.pytorch), str(arguments.picture), "--measure"]
    listed = {}
    if arguments.ours:
        for threads in (1, 2):
            command = [arguments.ours, "bench", str(arguments.model), str(arguments.picture), f"--threads={threads}"]
            listed[f"ours, {threads} thread{'s' * (threads > 1)}, 4 parts"] = command, threads
    for threads in (1, 2):
        for parts in (4, 6):
            name = f"ONNX Runtime, {threads} thread{'s' * (threads > 1)}, {parts} parts"
            listed[name] = [*own, f"onnxruntime {threads} {parts}"], threads
    if arguments.pytorch:
        for parts in (4, 6):
            listed[f"PyTorch, 1 thread, {parts} parts"] = [*torch, f"pytorch 1 {parts}"], 1
    return listed


def run(command, threads):
    """Runs a fresh process on so many cores and returns what it prints."""
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    environment.pop("OPENBLAS_CORETYPE", None)
    before = cpu_seconds()
    done = subprocess.run(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=600,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "cpu_seconds": cpu_seconds() - before}


def cpu_seconds():
    """Returns the processor time of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def report(arguments):
    """Measures every engine in turn and prints medians and ratios."""
    if arguments.pytorch and not arguments.pytorch.exists():
        write_checkpoint(arguments.pytorch, arguments.model)
    listed = engines(arguments)
    results = {name: [] for name in listed}
    for _ in range(arguments.rounds):
        for name, (command, threads) in listed.items():
            results[name].append(run(command, threads))
    rows = {name: row(measured) for name, measured in results.items()}
    base = next(iter(rows.values()))["warm"]
    print(f"{arguments.rounds} rounds, {WARM} warm pictures each; medians; load average {os.getloadavg()[0]:.1f}\n")
    print(f"| engine | load s | first s | warm s | CPU s in all | peak MB | warm / {next(iter(rows))} |")
    print("|---|---|---|---|---|---|---|")
    for name, one in rows.items():
        numbers = f"{one['load']:.2f} | {one['first']:.2f} | {one['warm']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
        print(f"| {name} | {numbers} | {one['cpu']:.1f} | {one['peak'] / 1e6:.0f} | {one['warm'] / base:.2f} |")


def row(measured):
    """Returns the medians over the rounds, and the fastest and slowest warm median."""
    warm = [statistics.median(one["warm_seconds"]) for one in measured]
    middle = {key: statistics.median(one[key] for one in measured) for key in measured[0] if key != "warm_seconds"}
    times = {"load": middle["load_seconds"], "first": middle["first_seconds"], "peak": middle["peak_rss_bytes"]}
    times["cpu"] = middle["cpu_seconds"]
    return {**times, "warm": statistics.median(warm), "low": min(warm), "high": max(warm)}


def measure(engine, model, picture):
    """Measures one engine in this process."""
    name, threads, parts = engine.split()
    started = time.perf_counter()
    answer = {"onnxruntime": onnx_runtime, "pytorch": pytorch}[name](model, int(threads), int(parts))
    loaded = time.perf_counter()
    times = [timed(answer, picture) for _ in range(1 + WARM)]
    return {
        "load_seconds": loaded - started,
        "first_seconds": times[0],
        "warm_seconds": times[1:],
        "peak_rss_bytes": peak_rss(),
    }


def timed(answer, picture):
    """Returns the seconds of one answer."""
    started = time.perf_counter()
    answer(picture)
    return time.perf_counter() - started


def peak_rss():
    """Returns the largest resident memory of this process so far, as Linux counts it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE).group(1)) * 1024


def onnx_runtime(model, threads, parts):
    """Loads the three graphs and returns a function from a picture to probabilities."""
    import ntsnet_onnx

    return ntsnet_onnx.load(model, threads, parts)


def pytorch(checkpoint, threads, parts):
    """Loads a checkpoint and returns a function from a picture to probabilities."""
    import ntsnet_torch
    import torch
    from ntsnet_onnx import prepared

    torch.set_num_threads(threads)
    net = ntsnet_torch.load(torch.load(checkpoint, weights_only=True, mmap=True))

    def answer(picture):
        with torch.inference_mode():
            return net(torch.from_numpy(prepared(picture)), parts)[0].softmax(1)

    return answer


def write_checkpoint(path, model):
    """Writes the random weights of a model as a checkpoint of PyTorch."""
    import torch
    from ntsnet_random import random_state

    source = json.loads((model / "model.json").read_text(encoding="utf-8"))["source"]
    seed = re.search(r"random weights, seed (\d+)", source)
    if seed is None:
        sys.exit(f"{path} does not exist, and the weights of {model} are not random: {source}")
    state = random_state(int(seed.group(1)), 200)
    torch.save({name: torch.from_numpy(values) for name, values in state.items()}, path)


if __name__ == "__main__":
    main()
