-- Events restored to another server carry transaction ids that mean nothing there. All of them move, in the order of
-- their sequence, below every transaction that runs now; a consumer goes on before the first event that it may not have
-- seen. What was appended here before this ran has a sequence above all that was ever delivered, hence last_seq_id.
-- No event can be added meanwhile: the caller holds a lock on the table.
with foreign_server as (
  select here.system_identifier,
    (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8 as transaction_id
  from pg_control_system() here
  where here.system_identifier is distinct from (select system_identifier from {schema}.feed_server)
), adopted as (
  update {schema}.feed_server set system_identifier = foreign_server.system_identifier from foreign_server
), rewound as (
  update {schema}.feed_progress p
  set transaction_id = foreign_server.transaction_id,
    seq_id = coalesce(
      (select min(e.seq_id) - 1 from {schema}.mt_events e
       where (e.transaction_id, e.seq_id) > (p.transaction_id, p.seq_id)
         or e.seq_id > (select last_seq_id from {schema}.mt_event_progression where name = p.name)),
      (select max(seq_id) from {schema}.mt_events),
      0)
  from foreign_server
)
update {schema}.mt_events e set transaction_id = foreign_server.transaction_id from foreign_server;
