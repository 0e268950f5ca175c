namespace Loadstone.SampleTarget;

/// <summary>What the command line asked for.</summary>
internal sealed record Settings
{
    public string Urls { get; private init; } = "http://127.0.0.1:5088";
    public ulong Seed { get; private init; } = 1;
    public string? PortFile { get; private init; }

    /// <summary>Set when the program shall only say something and end: its help, or what is wrong with the command line.</summary>
    public (string Text, int ExitCode)? Answer { get; private init; }

    private const string Help = """
        Loadstone.SampleTarget - a shop and wedding-booking API to put load on. Synthetic data, in memory.

          --urls URLS        addresses to listen on, separated by ';' (default http://127.0.0.1:5088; port 0 takes a free one)
          --port-file FILE   write the bound addresses to FILE, one a line, once listening
          --seed N           seed of delays and errors (default 1)
          --help             this text

        GET /counts says what was asked, PUT /knobs makes the target misbehave, POST /reset undoes both. See README.md.
        """;

    public static Settings Parse(string[] args)
    {
        var settings = new Settings();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (args[i] is "--help" or "-h") return settings with { Answer = (Help, 0) };
            settings = settings.With(args[i], i + 1 < args.Length ? args[i + 1] : null);
            if (settings.Answer is not null) return settings;
        }
        return settings;
    }

    private Settings With(string option, string? value) => option switch
    {
        "--urls" when AreUrls(value) => this with { Urls = value! },
        "--port-file" when !string.IsNullOrWhiteSpace(value) => this with { PortFile = value },
        "--seed" when ulong.TryParse(value, out var seed) => this with { Seed = seed },
        "--urls" or "--port-file" or "--seed" => this with { Answer = ($"{option}: '{value}' is not usable. Try --help.", 2) },
        _ => this with { Answer = ($"{option}: unknown option. Try --help.", 2) },
    };

    private static bool AreUrls(string? value) =>
        value?.Split(';') is { Length: > 0 } urls
        && urls.All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http");

    public static async Task<int> SayAsync((string Text, int ExitCode) answer)
    {
        await (answer.ExitCode == 0 ? Console.Out : Console.Error).WriteLineAsync(answer.Text);
        return answer.ExitCode;
    }

    /// <summary>Says where the target listens. The file appears whole or not at all, so a starter may wait for it.</summary>
    public async Task AnnounceAsync(ICollection<string> urls)
    {
        await Console.Out.WriteLineAsync($"Listening on {string.Join(", ", urls)}");
        if (PortFile is null) return;
        var unfinished = PortFile + ".tmp";
        await File.WriteAllLinesAsync(unfinished, urls);
        File.Move(unfinished, PortFile, overwrite: true);
    }
}
