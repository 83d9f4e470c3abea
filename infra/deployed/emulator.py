"""The emulator of AWS, for as long as a run takes."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


class Emulator:
    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        os.environ |= {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "SAM_CLI_TELEMETRY": "0",
        }
        self.log = folder / "emulator.log"

    def __enter__(self):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("ministack")],
                env=os.environ | {"GATEWAY_PORT": self.endpoint.rsplit(":", 1)[1]},
                stdout=log,
                stderr=log,
            )
        for _ in range(240):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2).close()
                return self
            except OSError:
                time.sleep(0.5)
        self.__exit__()
        raise SystemExit(f"the emulator did not start; see {self.log}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
