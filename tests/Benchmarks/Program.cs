using System.CommandLine;
using Loadstone.Benchmarks;

var rounds = new Option<int>("--rounds") { Description = "How often each side is run, in turn; the median of the ratios is what counts.", DefaultValueFactory = _ => 5 };
var seconds = new Option<int>("--seconds") { Description = "How long each run takes.", DefaultValueFactory = _ => 5 };
var json = new Option<string?>("--json") { Description = "Writes the figures as JSON to a file, or to standard output with -.", Recursive = true };

var engine = new Command("engine", "T1: CPU per request of the engine beside wrk's, HTTP/1.1 keep-alive, 50 users, everything measured.") { rounds, seconds };
engine.SetAction((given, ct) => EngineBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var arrivals = new Command("arrivals", "T3: 20,000 arrivals a second: dropped, send lag, latency, CPU per request.") { rounds, seconds };
arrivals.SetAction((given, ct) => ArrivalBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));
var histogram = new Command("histogram", "T5: what recording a latency costs, beside keeping every value.");
histogram.SetAction(_ => HistogramBenchmark.Run());
var connections = new Option<int>("--connections") { Description = "WebSocket connections held open at once.", DefaultValueFactory = _ => 10_000 };
var sockets = new Command("sockets", "T6: memory of open WebSocket connections, one message each 5 s, to the sample target's echo.") { connections };
sockets.SetAction((given, ct) => SocketBenchmark.RunAsync(given.GetValue(connections), given.GetValue(json), ct));
var chat = new Command("chat", "T7: chat messages a minute through one worker, each answered.") { rounds, seconds };
chat.SetAction((given, ct) => ChatBenchmark.RunAsync(given.GetValue(rounds), given.GetValue(seconds), given.GetValue(json), ct));

return await new RootCommand("Measures Loadstone, each figure beside a peer or a baseline in the same run.") { engine, arrivals, histogram, sockets, chat, json }.Parse(args).InvokeAsync();
