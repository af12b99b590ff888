"""When a reader is due: rhythms, time zones, the minute's tick, the forecast."""
