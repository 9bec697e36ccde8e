"""Run an app with reload as uvicorn does, and end it even if it never listens again."""

import uvicorn
from uvicorn.supervisors.watchfilesreload import WatchFilesReload

PATIENCE = 4
"""Seconds that an app has to end, one more than uvicorn gives to its connections."""


class Reloader(WatchFilesReload):
    """uvicorn's own reloader waits for ever for an app that is in an endless loop."""

    def restart(self) -> None:
        """End the app and start it again."""
        self._end()
        super().restart()

    def shutdown(self) -> None:
        """End the app."""
        self._end()
        super().shutdown()

    def _end(self) -> None:
        self.process.terminate()
        self.process.join(PATIENCE)
        if self.process.is_alive():
            print("Your app does not end by itself, so it is stopped.", flush=True)
            self.process.kill()


def serve(app: str, folder: str, host: str, port: int) -> None:
    """Serve until Ctrl+C, and again after each save in `folder`."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        reload=True,
        reload_dirs=[folder],
        timeout_graceful_shutdown=PATIENCE - 1,
    )
    server = uvicorn.Server(config)
    Reloader(config, target=server.run, sockets=[config.bind_socket()]).run()
