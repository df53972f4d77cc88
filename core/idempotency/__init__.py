"""A call that is sent twice is done once: the answer is kept in the transaction of what was created."""
