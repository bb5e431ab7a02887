"""nginx with one worker, as a static server or with nchan."""

import os
import pwd

from . import peers
from .processes import children, until

MAIN = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log error; user {user};
worker_rlimit_nofile {files};
{modules}
events {{ worker_connections {files}; }}
http {{
  access_log off; keepalive_requests 1000000; tcp_nopush on; sendfile on; tcp_nodelay on;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=8192; {server} }}
}}
"""
STATIC = """
    root {root}; gzip_static on; default_type application/json; types {{ text/html html; }}
    open_file_cache max=100 inactive=600s; open_file_cache_valid 600s;
"""
CHANNEL = """
    location = /publish { nchan_publisher; nchan_channel_id wall; nchan_message_buffer_length 10; }
    location = /events { nchan_subscriber eventsource; nchan_channel_id wall; nchan_subscriber_first_message newest; }
"""


def static(stage, root, port):
    """Starts nginx on a directory with pre-compressed files."""
    return start(stage, port, STATIC.format(root=root))


def channel(stage, port, files):
    """Starts nginx with nchan and returns it; streams are at `/events`, messages go to `/publish`."""
    return start(stage, port, CHANNEL, f"load_module {peers.peer('nchan')};", files)


def start(stage, port, server, modules="", files=1024):
    """Starts nginx with a configuration of its own."""
    folder = stage.folder / f"nginx-{port}"
    folder.mkdir()
    user = pwd.getpwuid(os.getuid()).pw_name
    text = MAIN.format(folder=folder, user=user, files=files, modules=modules, port=port, server=server)
    (folder / "nginx.conf").write_text(text)
    options = "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "early.log"
    return stage.serve(peers.peer("nginx"), *options, port=port)


def worker(process):
    """Returns the process id of the worker."""
    until(lambda: children(process.pid), "nginx starts a worker")
    return children(process.pid)[0]
