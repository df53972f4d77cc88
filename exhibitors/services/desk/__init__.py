"""What an exhibitor does in its own desk: colleagues, messages, profile, products, and wishes to change."""

from exhibitors.services.desk.changes import amend, ask_change, decide_change
from exhibitors.services.desk.colleagues import MOST_MEMBERS, admit, invite, remove_member
from exhibitors.services.desk.messages import LONGEST_MESSAGE, read_all, write
from exhibitors.services.desk.products import MOST_PRODUCTS, add_product, remove_product
from exhibitors.services.desk.profile import ProfileIn, change_profile

__all__ = [
    "LONGEST_MESSAGE",
    "MOST_MEMBERS",
    "MOST_PRODUCTS",
    "ProfileIn",
    "add_product",
    "admit",
    "amend",
    "ask_change",
    "change_profile",
    "decide_change",
    "invite",
    "read_all",
    "remove_member",
    "remove_product",
    "write",
]
