using System.Globalization;

namespace Loadstone.SampleTarget;

/// <summary>Payments of deposits and orders. The last 10,000 can be looked up and refunded.</summary>
internal static class Payments
{
    private const int Kept = 10_000;
    private static readonly string[] Methods = ["card", "transfer", "invoice"];
    private static readonly Listing<Payment> Due = new([.. Enumerable.Range(1, 100).Select(n =>
        new Payment($"DUE-{n}", $"Deposit {n}", 100 + (n * 25), Methods[n % Methods.Length], "due"))]);

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var made = new Recent<Payment>(Kept);
        routes.MapGet("/api/payments", Due.PageAsync);
        routes.MapPost("/api/payments", (PaymentRequest request) => Pay(made, request));
        routes.MapGet("/api/payments/{id}", (string id) =>
            Find(made, id) is { } payment ? Answer.Json(payment) : Answer.NotFound("such payment"));
        routes.MapPost("/api/payments/{id}/refund", (string id) =>
            Find(made, id) is { } payment ? Answer.Json(payment with { Status = "refunded" }) : Answer.NotFound("such payment"));
    }

    private static IResult Pay(Recent<Payment> made, PaymentRequest request)
    {
        var errors = new List<(string, string)>();
        Bounds.Check(errors, "amount", (double)request.Amount, 0.01, 1_000_000);
        var method = request.Method ?? "card";
        if (!Methods.Contains(method)) errors.Add(("method", $"must be one of {string.Join(", ", Methods)}"));
        if (errors.Count > 0) return Answer.Invalid(errors);
        return Answer.Json(made.Add(n => new Payment($"PAY-{n}", request.Reference ?? "", request.Amount, method, "authorised")), 201);
    }

    private static Payment? Find(Recent<Payment> made, string id) =>
        id.StartsWith("PAY-", StringComparison.Ordinal) && long.TryParse(id.AsSpan(4), NumberStyles.None, null, out var number)
            ? made.Find(number)
            : Due.Items.FirstOrDefault(payment => payment.Id.Equals(id, StringComparison.Ordinal));
}

internal sealed record PaymentRequest(string? Reference, decimal Amount, string? Method);

internal sealed record Payment(string Id, string Reference, decimal Amount, string Method, string Status);
