"""The peer, for `containers.py`: asks the docker SDK for the list every 2 s, and prints it."""

import sys
import time

import docker

if __name__ == "__main__":
    client = docker.DockerClient(sys.argv[1])
    while True:
        # without this it raises an error when a container is removed while it asks
        containers = client.containers.list(all=True, ignore_removed=True)
        paused = [each.name or "" for each in containers if each.status == "paused"]
        print(time.monotonic(), *paused, flush=True)
        time.sleep(2)
