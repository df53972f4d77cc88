"""What an exhibitor does in its own desk: colleagues, messages, profile, products, and wishes to change."""

from exhibitors.services.desk.changes import amend, ask_change, decide_change
from exhibitors.services.desk.colleagues import MOST_MEMBERS, admit, invite, remove_member
from exhibitors.services.desk.messages import LONGEST_MESSAGE, read_all, write
from exhibitors.services.desk.products import MOST_PRODUCTS, add_product, change_product, move_product, remove_product
from exhibitors.services.desk.products import checked as checked_product
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
    "change_product",
    "change_profile",
    "checked_product",
    "decide_change",
    "invite",
    "move_product",
    "read_all",
    "remove_member",
    "remove_product",
    "write",
]
