"""The workflow worker: takes delivery requests off the queue and has the other services fulfil them."""
