using Loadstone.Local;

namespace Loadstone.Benchmarks;

/// <summary>
/// T9: 500 files of 10 MB at once in chunks of 64 KB, each verified by size and hash. What an upload costs is the memory of the
/// run with all of them less that of the same run with ten, divided by them.
/// </summary>
internal static class UploadBenchmark
{
    private const int Few = 10;
    private const int All = 500;
    private const int Requests = 163; // sign-in, announcement, 160 chunks, completion

    public static async Task<int> RunAsync(string? json, CancellationToken cancellation)
    {
        using var folder = StateFolder.Open(StateFolder.FindClone(), "bench");
        await using var target = await LocalTarget.StartAsync(folder, cancellation);
        var few = await Peers.LoadstoneAsync(folder, Plan(Few), target.Url, cancellation);
        await target.ResetAsync();
        var all = await Peers.LoadstoneAsync(folder, Plan(All), target.Url, cancellation);
        var counts = await target.CountsAsync();
        return await Figures.WriteAsync(json, "T9 uploads", new Dictionary<string, double>
        {
            ["uploads_completed (wanted 500)"] = counts["uploads"]!.GetValue<long>(),
            ["verified_by_hash (wanted 500)"] = all["checks_passed"],
            ["failed (limit 0)"] = all["failed_requests"] + all["checks_failed"],
            ["counted_by_target_less_reported (limit 0)"] = counts["total"]!.GetValue<long>() - all["total_requests"],
            ["requests_less_planned (limit 0)"] = all["total_requests"] - (All * Requests),
            ["kb_per_upload (limit 100)"] = (all.PeakBytes - few.PeakBytes) / 1024.0 / (All - Few),
            ["peak_resident_mb"] = all.PeakBytes / 1e6,
            ["p99_of_a_request_ms"] = all["p99_response_time"],
            ["cpu_seconds"] = all["cpu_seconds"],
        }, cancellation);
    }

    private static string Plan(int users) => $$$"""
        name: upload benchmark
        duration: 300s
        max_virtual_users: {{{users}}}
        load_pattern: { type: per_user_iterations, iterations: 1 }
        scenario_config:
          think_time: 0
          scenarios:
            - name: send
              user_journey:
                - { action: http, name: sign in, method: POST, path: /api/auth/login, critical: true,
                    json: { email: "user{{user.index}}@sample.test", password: "password-{{user.index}}" }, extract: { token: { json: $.token } } }
                - { action: upload, name: file, size: 10MB, chunk_size: 64KB, timeout: 120s, headers: { Authorization: "Bearer {{token}}" } }
        """;
}
