"""The one door to other programs: started, listened to, logged, ended."""
