using System.CommandLine;
using Loadstone.Benchmarks;

var rounds = new Option<int>("--rounds") { Description = "How often each side is run, in turn; the median of the ratios is what counts.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "How long each run takes.", DefaultValueFactory = _ => 5 };
var minutes = new Option<int>("--minutes") { Description = "How long the run takes.", DefaultValueFactory = _ => 10 };
var json = new Option<string?>("--json") { Description = "Writes the figures as JSON to a file, or to standard output with -.", Recursive = true };

var engine = new Command("engine", "T1: CPU per request of the engine beside wrk's and k6's, HTTP/1.1 keep-alive, 50 users, everything measured.") { rounds, seconds };
engine.SetAction((given, ct) => EngineBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var users = new Command("users", "T2: 10,000 users who think for a second: memory and p95.") { rounds, seconds };
users.SetAction((given, ct) => UserBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var arrivals = new Command("arrivals", "T3: 20,000 arrivals a second: dropped, send lag, latency, CPU per request; beside k6.") { rounds, seconds };
arrivals.SetAction((given, ct) => ArrivalBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var stall = new Command("stall", "T4: a target frozen for 2 s: percentiles beside the analytic truth, and a criterion that must fail.");
stall.SetAction((given, ct) => StallBenchmark.RunAsync(given.GetValue(json), ct));
var histogram = new Command("histogram", "T5: what recording a latency costs, beside keeping every value.");
histogram.SetAction(_ => HistogramBenchmark.Run());
var connections = new Option<int>("--connections") { Description = "WebSocket connections held open at once.", DefaultValueFactory = _ => 10_000 };
var sockets = new Command("sockets", "T6: memory of open WebSocket connections, one message each 5 s, to the sample target's echo.") { connections };
sockets.SetAction((given, ct) => SocketBenchmark.RunAsync(given.GetValue(connections), given.GetValue(json), ct));
var chat = new Command("chat", "T7: chat messages a minute through one worker, each answered.") { rounds, seconds };
chat.SetAction((given, ct) => ChatBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var uploads = new Command("uploads", "T9: 500 uploads of 10 MB at once: all verified, and what memory each takes.");
uploads.SetAction((given, ct) => UploadBenchmark.RunAsync(given.GetValue(json), ct));
var allocations = new Command("allocations", "Bytes allocated per request once warm, beside .NET's own HTTP client.") { seconds };
allocations.SetAction((given, ct) => AllocationBenchmark.RunAsync(given.GetValue(seconds), given.GetValue(json), ct));
var soak = new Command("soak", "Memory over a long run at half the peak rate, and the target's count beside ours.") { minutes };
soak.SetAction((given, ct) => SoakBenchmark.RunAsync(given.GetValue(minutes), given.GetValue(json), ct));
var api = new Command("api", "200 clients on the lists of the API while a run goes on.") { seconds };
api.SetAction((given, ct) => ApiBenchmark.RunAsync(Math.Max(10, given.GetValue(seconds)), given.GetValue(json), ct));
var root = new RootCommand("Measures Loadstone, each figure beside a peer or a baseline in the same run.") { engine, users, arrivals, stall, histogram, sockets, chat, uploads, allocations, soak, api, json };
foreach (var command in PlatformCommands.All(rounds, seconds, json))
    root.Add(command);
return await root.Parse(args).InvokeAsync();
