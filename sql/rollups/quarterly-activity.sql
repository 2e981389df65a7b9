-- How often which event happened.
SELECT quarter, event_name, sum(events)
FROM :changes
GROUP BY 1, 2
