"""Containers that are killed and restarted."""

from .load import Load
from .report import equal, eventually
from .stack import post, run


def check(report, stack):
    with report.check("killing all writers under load loses and doubles no acknowledged message"):
        with Load(stack, "killed") as load:
            load.until_acknowledged(50)
            stack.compose("kill", "writer")
            eventually(lambda: not stack.environments())
            stack.up(writers=4)
            load.until_acknowledged(50)
        print(f"     {len(load.acknowledged)} acknowledged, {load.refused} refused meanwhile", flush=True)
        load.verify()
    with report.check("killing the writers under load one after the other leaves the others working"):
        with Load(stack, "one by one") as load:
            for container in stack.containers("writer")[:3]:
                load.until_acknowledged(30)
                run("docker", "kill", container)
            load.until_acknowledged(30)
        load.verify()
        stack.up(writers=4)
    with report.check("after a restart of the cloud under load all writers attach again"):
        with Load(stack, "restarted") as load:
            load.until_acknowledged(50)
            stack.compose("restart", "cloud")
            stack.until_attached(4)
            load.until_acknowledged(50)
        load.verify()
    with report.check("after a longer stop of the cloud all writers attach again"):
        stack.compose("stop", "cloud")
        eventually(lambda: restarts(stack) > 0)
        stack.compose("start", "cloud")
        stack.until_attached(4)
        post(stack.function, "after the cloud was away")
        eventually(lambda: any(message["text"] == "after the cloud was away" for message in stack.messages()))
    with report.check("a killed reader comes back with the same wall"):
        before = [message["id"] for message in stack.messages()]
        stack.compose("kill", "reader")
        stack.up(writers=4)
        equal([message["id"] for message in stack.messages()], before)


def restarts(stack):
    """Returns the number of times that Docker has restarted a writer."""
    counts = run("docker", "inspect", "--format", "{{.RestartCount}}", *stack.containers("writer"))
    return sum(map(int, counts.split()))
