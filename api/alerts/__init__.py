"""Alerts: rules over readings, a machine for each rule and place, what people do about them, and the record of it."""
