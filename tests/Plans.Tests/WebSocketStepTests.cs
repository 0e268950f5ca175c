namespace Loadstone.Plans.Tests;

public sealed class WebSocketStepTests
{
    // What the sample target's chat understands, as its README says.
    private const string Chat = """
        { "action": "websocket", "name": "chat", "path": "/ws/chat?broadcast=true", "headers": { "Authorization": "Bearer {{env.TOKEN}}" },
          "subprotocols": [ "chat.v2" ], "connect_timeout": "3s", "ping_interval": "20s", "close_timeout": 2,
          "join": { "message": { "type": "join", "id": "{{message.id}}", "room": "room-{{random.int(1,9)}}" }, "reply": { "id": "$.id", "timeout": "2s" } },
          "messages": { "count": 100, "interval": { "type": "uniform", "min": "1s", "max": "3s" }, "size": { "min": 10, "max": "2KB" },
            "message": { "type": "message", "id": "{{message.id}}", "text": "{{message.text}}" }, "reply": { "id": "$.echo.id" } },
          "reactions": { "probability": 0.3, "delay": "profile.reaction_time", "message": { "type": "reaction", "id": "{{message.id}}", "emoji": "heart" } },
          "expect": { "min_messages_per_minute": 50 }, "hold": "profile.session_length" }
        """;

    [Fact]
    public void The_chat_of_the_sample_target_can_be_said()
    {
        var step = Reading.Step<WebSocketStep>(Chat);

        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2)), (step.ConnectTimeout, step.PingInterval!.Value, step.CloseTimeout));
        Assert.Equal(("$.id", 2), (step.Join!.Reply!.Id, step.Join.Reply.Timeout.TotalSeconds));
        Assert.Equal((100, new SizeRange(10, 2048), 5), (step.Messages!.Count, step.Messages.Size!, step.Messages.Reply!.Timeout.TotalSeconds));
        Assert.Equal((0.3, ProfileTime.ReactionTime), (step.Reactions!.Probability.Value, step.Reactions.Delay.Own!.Value));
        Assert.Equal((50, ProfileTime.SessionLength), (step.Expect!.MinMessagesPerMinute, step.Hold!.Own!.Value));
    }

    [Fact]
    public void A_step_that_only_opens_and_closes_takes_the_defaults()
    {
        var step = Reading.Step<WebSocketStep>("""{ "action": "websocket", "path": "wss://chat.test/ws?x=1" }""");

        Assert.Equal(("WS wss://chat.test/ws", 10, 5), (step.Name, step.ConnectTimeout.TotalSeconds, step.CloseTimeout.TotalSeconds));
        Assert.Null(step.Messages);
    }

    [Fact]
    public void A_message_may_be_plain_text()
    {
        var step = Reading.Step<WebSocketStep>("""{ "action": "websocket", "path": "/ws/echo", "messages": { "count": 1, "interval": 1, "message": "hello {{user.index}}" } }""");

        Assert.Equal("hello {{user.index}}", step.Messages!.Message!.GetValue<string>());
    }

    [Fact]
    public void It_explains_itself() => Assert.Equal(
        "s: chat over a WebSocket to /ws/chat, 100 messages, 1s to 3s apart, reacting in 30 % of cases after the user's reaction time, "
        + "with at least 50 messages a minute coming in, open for another the user's session length",
        PlanExplanation.Of(Reading.Valid(Reading.PlanOf(Chat))).ElementAt(3));

    [Theory]
    [InlineData("", "path: is required")]
    [InlineData(""" "path": "ftp://x" """, "path: must begin with / or be a whole ws(s) URL")]
    [InlineData(""" "path": "/", "subprotocols": [ "a b" ] """, "subprotocols[0]: is not the name of a subprotocol: a b")]
    [InlineData(""" "path": "/", "connect_timeout": "0s" """, "connect_timeout: must be between 1ms and 10m")]
    [InlineData(""" "path": "/", "ping_interval": "1ms" """, "ping_interval: must be between 100ms and 10m")]
    [InlineData(""" "path": "/", "close_timeout": "11m" """, "close_timeout: must be between 1ms and 10m")]
    [InlineData(""" "path": "/", "hold": "121m" """, "hold: must be between 0s and 2h")]
    [InlineData(""" "path": "/", "headers": { "a b": "c" } """, "headers.a b: is not a header: no spaces or colons in names, no line breaks")]
    [InlineData(""" "path": "/", "join": {} """, "join.message: is required")]
    [InlineData(""" "path": "/", "join": { "message": 5 } """, "join.message: must be a text, an object or a list")]
    [InlineData(""" "path": "/", "join": { "message": "x", "reply": { "id": "$.id" } } """, "join.reply: needs {{message.id}} in the message, or nothing can answer it")]
    [InlineData(""" "path": "/", "join": { "message": "{{message.id}}", "reply": {} } """, "join.reply.id: is required")]
    [InlineData(""" "path": "/", "join": { "message": "{{message.id}}", "reply": { "id": "id" } } """, "join.reply.id: is not a JSON path to one value, such as $.items[0].id")]
    [InlineData(""" "path": "/", "join": { "message": "{{message.text}}" } """, "join.message: uses message.text, which no data and no earlier step gives")]
    [InlineData(""" "path": "/", "join": { "message": "x", "size": 5 } """, "join.size: is not a known member")]
    [InlineData(""" "path": "/{{message.id}}" """, "path: uses message.id, which no data and no earlier step gives")]
    [InlineData(""" "path": "/", "messages": { "interval": 1, "message": "x" } """, "messages.count: is required")]
    [InlineData(""" "path": "/", "messages": { "count": 1, "message": "x" } """, "messages.interval: is required")]
    [InlineData(""" "path": "/", "messages": { "count": 0, "interval": 1, "message": "x" } """, "messages.count: must be a whole number between 1 and 1000000")]
    [InlineData(""" "path": "/", "messages": { "count": 1, "interval": 1, "message": { "a": [ "{{token}}" ] } } """, "messages.message.a[0]: uses token, which no data and no earlier step gives")]
    [InlineData(""" "path": "/", "messages": { "count": 1, "interval": 1, "message": "{{message.text}}" } """, "messages.size: is required for {{message.text}}")]
    [InlineData(""" "path": "/", "messages": { "count": 1, "interval": 1, "message": "x", "size": { "min": 1, "max": 2 } } """, "messages.size: is for {{message.text}}, which the message does not have")]
    [InlineData(""" "path": "/", "messages": { "count": 1, "interval": 1, "message": "{{message.text}}", "size": { "min": 3, "max": 2 } } """, "messages.size.max: must not be below min")]
    [InlineData(""" "path": "/", "reactions": { "probability": 2, "delay": 1, "message": "x" } """, "reactions.probability: must be a number between 0 and 1")]
    [InlineData(""" "path": "/", "reactions": { "probability": 1, "message": "x" } """, "reactions.delay: is required")]
    [InlineData(""" "path": "/", "expect": {} """, "expect.min_messages_per_minute: is required")]
    [InlineData(""" "path": "/", "expect": { "min_messages_per_minute": 0 } """, "expect.min_messages_per_minute: must be a number between 0.001 and 1000000")]
    public void A_wrong_step_is_refused_by_the_path_of_its_fault(string members, string expected) =>
        Assert.Equal([expected], Reading.ErrorsOfStep($$"""{ "action": "websocket"{{(members.Length > 0 ? "," : "")}} {{members}} }"""));
}
