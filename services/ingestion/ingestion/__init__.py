"""The ingestion service: takes delivery requests over HTTP and puts them on the queue."""
