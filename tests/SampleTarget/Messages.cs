namespace Loadstone.SampleTarget;

/// <summary>Letters between couples and suppliers. The last 10,000 sent ones can be read again.</summary>
internal static class Messages
{
    private const int Kept = 10_000;
    private const int LongestText = 2_000;

    private static readonly Listing<Message> Inbox = new([.. Enumerable.Range(1, 200).Select(n =>
        new Message($"IN-{n}", $"user{n}@sample.test", $"Question {n} about the seating plan."))]);

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var sent = new Recent<Message>(Kept);
        routes.MapGet("/api/messages", Inbox.PageAsync);
        routes.MapPost("/api/messages", (Letter letter) => Send(sent, letter));
        routes.MapGet("/api/messages/{number:int}", (int number) =>
            sent.Find(number) is { } message ? Answer.Json(message) : Answer.NotFound("such message among the last sent"));
    }

    private static IResult Send(Recent<Message> sent, Letter letter)
    {
        var errors = new List<(string, string)>();
        if (string.IsNullOrWhiteSpace(letter.To)) errors.Add(("to", "is missing"));
        if (letter.Text is not { Length: > 0 and <= LongestText }) errors.Add(("text", $"must have 1 to {LongestText} characters"));
        if (errors.Count > 0) return Answer.Invalid(errors);
        return Answer.Json(sent.Add(number => new Message(number.ToString(), letter.To!, letter.Text!)), 201);
    }
}

internal sealed record Letter(string? To, string? Text);

internal sealed record Message(string Id, string With, string Text);
