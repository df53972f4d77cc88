"""Addresses as pictures to be read by a phone."""

import base64

import qrcode


def qr_picture(address: str) -> str:
    """A data address for an ``img``: an SVG with its quiet zone."""
    from qrcode.image.svg import SvgPathImage  # with its pictures it takes long to load

    picture = qrcode.make(address, image_factory=SvgPathImage, box_size=12)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.to_string()).decode()
