"""What is made of a service: images, test results, scans, charts, candidates, versions."""
