"""What is tuned: settings, feeds and topics. Imports nothing of ours."""
