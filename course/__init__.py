"""The course as one ASGI app: the built site, and every lesson running beside it."""
