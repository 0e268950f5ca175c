-- Version and snapshot in one statement, so that both belong to the same moment.
select s.version, s.is_archived, d.data
from {schema}.mt_streams s left join {table} d on d.id = s.id
where s.id = $1;
