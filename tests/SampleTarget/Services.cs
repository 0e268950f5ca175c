namespace Loadstone.SampleTarget;

/// <summary>The public list of bookable services; nobody needs to sign in.</summary>
internal static class Services
{
    private static readonly string[] Kinds = ["Tasting", "Fitting", "Venue Tour", "Planning Talk", "Rehearsal", "Photo Session"];

    private static readonly Listing<Service> All = new([.. Enumerable.Range(1, 60).Select(id =>
        new Service(id, $"{Kinds[id % Kinds.Length]} {id}", DurationMinutes: 30 + (id % 4 * 15), Price: 20 + (id * 5)))]);

    public static void MapServices(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/services", All.PageAsync);
        routes.MapGet("/api/services/{id:int}", (int id) =>
            id >= 1 && id <= All.Items.Count ? Answer.Json(All.Items[id - 1]) : Answer.NotFound("such service"));
    }
}

internal sealed record Service(int Id, string Name, int DurationMinutes, decimal Price);
