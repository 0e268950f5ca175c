using System.Text.Json;

namespace Loadstone.SampleTarget;

/// <summary>POST /api/forms/submit takes any JSON object of 1 to 100 members; an `email` in it must look like one.</summary>
internal static class Forms
{
    private const int MostMembers = 100;

    private static long _submitted;

    public static void MapForms(this IEndpointRouteBuilder routes) => routes.MapPost("/api/forms/submit", Submit);

    private static IResult Submit(Member member, JsonElement form)
    {
        if (form.ValueKind != JsonValueKind.Object) return Answer.Invalid("body", "must be an object");
        var members = form.GetPropertyCount();
        if (members is 0 or > MostMembers) return Answer.Invalid("body", $"must have 1 to {MostMembers} members");
        if (form.TryGetProperty("email", out var email) && !LooksLikeEmail(email)) return Answer.Invalid("email", "must be an address");
        var id = $"FORM-{Interlocked.Increment(ref _submitted)}";
        return Answer.Json(new FormReceipt(id, "received", members, member.Profile.Email), 201);
    }

    private static bool LooksLikeEmail(JsonElement email) =>
        email.ValueKind == JsonValueKind.String && email.GetString()!.IndexOf('@', StringComparison.Ordinal) > 0;
}

internal sealed record FormReceipt(string Id, string Status, int Fields, string SubmittedBy);
