using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Loadstone.Cli;

// Not a RootCommand: that one calls itself by the assembly's name, which nobody types.
var root = new Command("./loadstone", "Loadstone, a load-testing platform. A gateway must be running (./loadstone up); --gateway or LOADSTONE_URL says where.")
{
    new HelpOption(),
    RunVerb.Command(),
    StatusVerb.Command(),
    ListVerb.Command(),
    ReportVerb.Command(),
    GateVerb.Command(),
    BaselineVerb.Command(),
    CompareVerb.Command(),
    SignInVerbs.Login(),
    SignInVerbs.Logout(),
    SignInVerbs.WhoAmI(),
    KeysVerb.Command(),
    UsersVerb.Command(),
    SchemaVerb.Command(),
    SteerVerb.Command("stop", "Ends an execution early; what it measured is kept and judged.", (api, id, ct) => api.StopAsync(id, ct)),
    SteerVerb.Command("pause", "Holds an execution: its users between iterations, its schedule's clock still.", (api, id, ct) => api.PauseAsync(id, ct)),
    SteerVerb.Command("resume", "Lets a held execution go on where it was.", (api, id, ct) => api.ResumeAsync(id, ct)),
    SteerVerb.Steer(),
};
var given = root.Parse(args);
var exitCode = await given.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
return given.Action is ParseErrorAction ? Connection.CouldNotRun : exitCode;
