"""The two calls of AppConfig Data, which moto does not have. Serves the files of a directory as configurations."""
import http.server
import pathlib
import sys
import urllib.parse

directory, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.answer(201, "application/json", b'{"InitialConfigurationToken":"token"}')

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        assert query["configuration_token"] == ["token"]
        self.answer(200, "application/x-yaml", (directory / "config.yaml").read_bytes())

    def answer(self, status, content_type, body):
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("next-poll-configuration-token", "next")
        self.send_header("version-label", "v7")
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
