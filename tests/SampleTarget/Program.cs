using Loadstone.SampleTarget;

var settings = Settings.Parse(args);
if (settings.Answer is { } answer) return await Settings.SayAsync(answer);

await using var target = Target.Build(settings);
await target.StartAsync();
await settings.AnnounceAsync(target.Urls);
await target.WaitForShutdownAsync();
return 0;
