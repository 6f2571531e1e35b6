"""What dashboards show: weather, calendars, news, the host, the next alarm, values of topics."""
