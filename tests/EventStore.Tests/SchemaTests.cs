namespace Loadstone.EventStore.Tests;

/// <summary>The tables, compared with what Marten 9.29 makes with all metadata on.</summary>
public sealed class SchemaTests : StoreTest
{
    [Theory]
    [InlineData("mt_streams", """
        id uuid NO -
        type character varying YES -
        version bigint YES -
        timestamp timestamp with time zone NO now()
        created timestamp with time zone NO now()
        tenant_id character varying YES '*DEFAULT*'::character varying
        is_archived boolean YES false
        """)]
    [InlineData("mt_events", """
        seq_id bigint NO -
        id uuid NO -
        stream_id uuid YES -
        version bigint NO -
        data jsonb NO -
        bdata bytea YES -
        type character varying NO -
        timestamp timestamp with time zone NO (constant)
        tenant_id character varying YES '*DEFAULT*'::character varying
        mt_dotnet_type character varying YES -
        correlation_id character varying YES -
        causation_id character varying YES -
        headers jsonb YES -
        is_archived boolean YES false
        transaction_id xid8 NO pg_current_xact_id()
        """)]
    [InlineData("mt_event_progression", """
        name character varying NO -
        last_seq_id bigint YES -
        last_updated timestamp with time zone YES transaction_timestamp()
        """)]
    [InlineData("mt_high_water_skips", """
        ending_sequence bigint NO -
        starting_sequence bigint NO -
        timestamp timestamp with time zone YES transaction_timestamp()
        """)]
    [InlineData("mt_doc_note", """
        id character varying NO -
        data jsonb NO -
        mt_last_modified timestamp with time zone YES transaction_timestamp()
        mt_version uuid NO (md5(((random())::text || (clock_timestamp())::text)))::uuid
        mt_dotnet_type character varying YES -
        """)]
    [InlineData("mt_doc_run", """
        id uuid NO -
        data jsonb NO -
        mt_last_modified timestamp with time zone YES transaction_timestamp()
        mt_dotnet_type character varying YES -
        mt_version bigint NO 0
        """)]
    public async Task A_table_has_Marten_s_columns(string table, string columns)
    {
        await ApplyAsync();

        var found = await TestDatabase.RowsAsync($"""
            select column_name, data_type, is_nullable,
              case when column_default like '''2%' then '(constant)' else column_default end
            from information_schema.columns where table_schema = '{Schema}' and table_name = '{table}' order by ordinal_position
            """);

        Assert.Equal(columns, string.Join('\n', found));
    }

    [Fact]
    public async Task Keys_and_indexes_have_Marten_s_names()
    {
        await ApplyAsync();

        var constraints = await TestDatabase.RowsAsync($"""
            select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = '{Schema}'::regnamespace order by conname
            """);
        var indexes = await TestDatabase.RowsAsync($"""
            select replace(indexdef, '{Schema}.', '') from pg_indexes i where schemaname = '{Schema}'
              and not exists (select from pg_constraint where conname = i.indexname) order by indexname
            """);

        Assert.Equal(
            $"""
            fkey_mt_events_stream_id FOREIGN KEY (stream_id) REFERENCES {Schema}.mt_streams(id) ON DELETE CASCADE
            pk_mt_event_progression PRIMARY KEY (name)
            pkey_feed_progress_name PRIMARY KEY (name)
            pkey_mt_doc_deadletterevent_id PRIMARY KEY (id)
            pkey_mt_doc_note_id PRIMARY KEY (id)
            pkey_mt_doc_run_id PRIMARY KEY (id)
            pkey_mt_events_seq_id PRIMARY KEY (seq_id)
            pkey_mt_high_water_skips_ending_sequence PRIMARY KEY (ending_sequence)
            pkey_mt_streams_id PRIMARY KEY (id)
            """,
            string.Join('\n', constraints));
        Assert.Equal(
            """
            CREATE INDEX mt_doc_note_idx_text ON mt_doc_note USING btree (((data ->> 'Text'::text)))
            CREATE INDEX mt_doc_run_idx_sent ON mt_doc_run USING btree ((((data ->> 'Sent'::text))::bigint))
            CREATE INDEX mt_events_transaction_id_seq_id ON mt_events USING btree (transaction_id, seq_id)
            CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON mt_events USING btree (stream_id, version)
            """,
            string.Join('\n', indexes));
    }

    [Fact]
    public async Task The_sequence_belongs_to_the_events()
    {
        await ApplyAsync();

        Assert.Equal(
            $"{Schema}.mt_events_sequence",
            await TestDatabase.ScalarAsync<string>($"select pg_get_serial_sequence('{Schema}.mt_events', 'seq_id')"));
    }

    [Fact]
    public async Task Every_kind_of_member_can_be_indexed()
    {
        await Open(options => options.Schema.For<Everything>()
            .Index(x => x.Text).Index(x => x.Number).Index(x => x.Large).Index(x => x.Share).Index(x => x.Price)
            .Index(x => x.IsOn).Index(x => x.Reference).Index(x => x.MaybeAt).Index(x => x.Day)).Storage
            .ApplyAllConfiguredChangesToDatabaseAsync();

        Assert.Equal(9, (await TestDatabase.RowsAsync($"select from pg_indexes where schemaname = '{Schema}' and indexname like '%_idx_%'")).Count);
    }

    [Fact]
    public async Task Many_instances_may_make_the_schema_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(ApplyAsync)));

        await StartAsync(Open(), new RunRequested("a"));
    }

    [Fact]
    public async Task A_schema_that_is_complete_is_left_alone_so_that_an_instance_can_start_under_load()
    {
        await ApplyAsync();
        await using var writer = await TestDatabase.OpenAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await InsertRawAsync(writer, Guid.NewGuid(), version: 1);

        await ApplyAsync().WaitAsync(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Tables_that_Marten_made_are_taken_over_with_their_events()
    {
        await ApplyAsync();
        var id = await StartAsync(Open(), new RunRequested("a"), new ShardStarted(1));
        await TestDatabase.ExecuteAsync($"""
            alter table {Schema}.mt_events drop column transaction_id;
            drop table {Schema}.feed_progress, {Schema}.feed_server;
            """);

        var recorder = new Recorder();
        var store = Open(options => options.Projections.Subscribe(recorder));
        await RunDaemonAsync(store);
        await AppendAsync(store, id, new ShardFinished(1, 2));

        Assert.Equal([1L, 2, 3], (await recorder.UntilAsync(3)).Select(e => e.Version));
    }

    [Fact]
    public async Task Marten_s_append_function_writes_events_that_the_store_reads()
    {
        var store = Open(options => options.Events.AddEventType<RunRequested>());
        await ApplyAsync();
        var id = Guid.NewGuid();
        var append = $$"""
            select {{Schema}}.mt_quick_append_events('{{id}}', 'run', '*DEFAULT*', array[gen_random_uuid(), gen_random_uuid()],
              array['run_requested', 'run_requested'], array[null, null]::varchar[], array['{"Name": "a"}', '{"Name": "b"}']::jsonb[],
              array[null, null]::bytea[], array['cause', null]::varchar[], array['correlation', null]::varchar[],
              array['{"actor": "ada"}', null]::jsonb[], array[now(), now()], 0)
            """;

        var result = await TestDatabase.ScalarAsync<long[]>(append);
        var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => TestDatabase.ExecuteAsync(append));

        var events = await store.QuerySession().Events.FetchStreamAsync(id);
        Assert.Equal([2, .. events.Select(e => e.Sequence)], result);
        Assert.Equal(("cause", "correlation", "ada"), (events[0].CausationId, events[0].CorrelationId, events[0].GetHeader("actor")));
        Assert.Equal("MT003", refusal.SqlState);
        Assert.Equal(2, (await store.QuerySession().Events.FetchStreamStateAsync(id))!.Version);
    }

    [Fact]
    public async Task Marten_s_daemon_finds_the_functions_that_move_its_marks()
    {
        await ApplyAsync();
        var skip = $"select {Schema}.mt_mark_progression_with_skip('HighWaterMark', 9, 5)";

        await TestDatabase.ExecuteAsync($"select {Schema}.mt_mark_event_progression('HighWaterMark', 4)");
        Assert.Equal(4, await TestDatabase.ScalarAsync<long>(skip));
        await TestDatabase.ExecuteAsync($"select {Schema}.mt_mark_event_progression('HighWaterMark', 5)");
        Assert.Equal(9, await TestDatabase.ScalarAsync<long>(skip));

        Assert.Equal(["9 5"], await TestDatabase.RowsAsync($"select ending_sequence, starting_sequence from {Schema}.mt_high_water_skips"));
    }

    [Theory]
    [InlineData("Capital")]
    [InlineData("with space")]
    [InlineData("a;drop")]
    public void A_schema_has_a_plain_name(string name)
    {
        Assert.Throws<ArgumentException>(() => new StoreOptions().DatabaseSchemaName = name);
    }

    private Task ApplyAsync() => Open(options =>
    {
        options.Schema.For<Note>().Index(note => note.Text);
        options.Projections.Snapshot<Run>(SnapshotLifecycle.Inline).Index(run => run.Sent);
    }).Storage.ApplyAllConfiguredChangesToDatabaseAsync();

    public sealed record Everything(
        Guid Id, string Text, int Number, long Large, double Share, decimal Price, bool IsOn, Guid Reference, DateTimeOffset? MaybeAt,
        DayOfWeek Day);
}
