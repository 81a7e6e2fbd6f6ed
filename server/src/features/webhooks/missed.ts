/** The ids that a delivery of this event to any endpoint can have: those of the event's millisecond. */
export const deliveryIdsOf = (eventId: string) =>
  `(substr(${eventId}::text, 1, 13) || '-0000-0000-000000000000')::uuid
   and (substr(${eventId}::text, 1, 13) || '-ffff-ffff-ffffffffffff')::uuid`;

/** A transaction that saw the endpoint disabled may have begun a moment before, or commit a moment after. */
const margin = "interval '1 minute'";
const COUNT_MAX = 1_000;

/**
 * Of a webhook `w`: events for it from when it was disabled until it was enabled again that have no delivery to it,
 * counted up to 1,000; null when it was never disabled, or what it missed has been replayed. Nothing is written for a
 * disabled endpoint: the event log has it all.
 */
export const missedCount = `
  case when w.missed_since is not null then (
    select count(*)::int from (
      select from events e
       where e.account_id = w.account_id and e.webhook_id is null
         and e.id >= app.uuid_at(w.missed_since - ${margin})
         and (w.missed_until is null or e.id < app.uuid_at(w.missed_until + ${margin}))
         and (w.event_types is null or e.type = any (w.event_types))
         and not exists (select from webhook_deliveries d
                          where d.account_id = w.account_id and d.webhook_id = w.id
                            and d.id between ${deliveryIdsOf("e.id")} and d.event_id = e.id)
       limit ${COUNT_MAX}) missed) end as missed_count`;
