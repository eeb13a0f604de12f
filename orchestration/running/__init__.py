"""What one run is made of besides its work: lock, fingerprint, record, progress."""
