namespace Loadstone.SampleTarget;

/// <summary>GET /api/dashboard: what a signed-in user sees first.</summary>
internal static class Dashboard
{
    public static void MapDashboard(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/dashboard", (Member member) => Answer.Json(Of(member)));

    private static DashboardView Of(Member member)
    {
        var number = member.Number;
        var tasks = Enumerable.Range(1, 5).Select(n => new DashboardTask(n, $"Task {n} of user {number}", Done: (number + n) % 3 == 0));
        return new DashboardView(member.Profile, WeddingId: (number % Weddings.Count) + 1, DaysToGo: number % 365, UnreadMessages: number % 7,
            GuestsInvited: 40 + (number % 60), BudgetSpentPercent: number % 101, [.. tasks]);
    }
}

internal sealed record DashboardTask(int Id, string Title, bool Done);

internal sealed record DashboardView(
    Profile User, int WeddingId, int DaysToGo, int UnreadMessages, int GuestsInvited, int BudgetSpentPercent, DashboardTask[] Tasks);
