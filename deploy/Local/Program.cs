using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Loadstone.Local;
using Loadstone.Local.Chaos;

var clone = new Option<string>("--clone") { Description = "The clone to use.", DefaultValueFactory = _ => StateFolder.FindClone(), Hidden = true };
var keep = new Option<bool>("--keep") { Description = "Leaves everything up after the run, until Ctrl-C." };
var json = new Option<string?>("--json") { Description = "Writes the execution, with the target's own count as target_requests, to a file or to standard output with -." };
var only = new Argument<string?>("PROJECT") { Description = "Only test projects whose name contains this.", Arity = ArgumentArity.ZeroOrOne };
var name = new Argument<string>("NAME") { Description = "The folder under .loadstone.", DefaultValueFactory = _ => "up" };

var up = new Command("up", "Starts the whole platform on this machine, until Ctrl-C or SIGTERM. Started with & by a script, "
    + "it hears no Ctrl-C, for the shell takes that away from it: end it with kill PID.") { UpCommand.Instances, clone };
up.SetAction(given => UpCommand.RunAsync(given.GetValue(clone)!, given.GetValue(UpCommand.Instances)));
var demo = new Command("demo", "Starts everything, runs examples/checkout.yaml against the sample target, writes report.json and report.html.") { keep, json, clone };
demo.SetAction(given => DemoCommand.RunAsync(given.GetValue(clone)!, given.GetValue(keep), given.GetValue(json)));
var test = new Command("test", "Runs all tests on real PostgreSQL and RabbitMQ.") { only, clone };
test.SetAction(given => TestCommand.RunAsync(given.GetValue(clone)!, given.GetValue(only)));
var servers = new Command("servers", "Starts PostgreSQL and RabbitMQ alone, until Ctrl-C.") { name, clone };
servers.SetAction(given => ServersCommand.RunAsync(given.GetValue(name)!, given.GetValue(clone)!));
var chaos = ChaosCommand.Command(clone);
var outcome = new Option<string?>("--json") { Description = "Writes what became of each table to a file, or to standard output with -." };
var rebuild = new Command("rebuild", RebuildCommand.Help) { name, outcome, clone };
rebuild.SetAction(given => RebuildCommand.RunAsync(given.GetValue(clone)!, given.GetValue(name)!, given.GetValue(outcome)));

// Not a RootCommand: that one calls itself by the assembly's name, which nobody types.
var given = new Command("./loadstone", "Loadstone on one machine.") { new HelpOption(), up, demo, test, rebuild, chaos, servers }.Parse(args);
var exitCode = await given.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return given.Action is ParseErrorAction ? Ending.Failed : exitCode;
