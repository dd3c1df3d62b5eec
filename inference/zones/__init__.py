"""From where people stand to numbers: counts by zone and second, and crossings of lines. Pure; time is an argument."""
