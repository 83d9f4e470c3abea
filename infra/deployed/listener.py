"""A subscriber over HTTP, which confirms as SNS asks it to."""

import http.server
import json
import threading

import boto3


class Listener:
    def __enter__(self):
        self.findings = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                if body["Type"] == "SubscriptionConfirmation":
                    threading.Thread(target=confirm, args=(body,), daemon=True).start()
                else:
                    listener.findings.append(json.loads(body["Message"]))

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/"


def confirm(body):
    boto3.client("sns").confirm_subscription(TopicArn=body["TopicArn"], Token=body["Token"])
