"""What can be launched: the learning apps that a student's school offers.

Pure: no network, no clock, no Qt. The platform's answer is checked here, at the border,
so that a card on the Home screen never has to wonder whether its app makes sense.
"""
