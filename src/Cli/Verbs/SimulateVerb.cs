using System.CommandLine;
using Tapline.Contracts;

namespace Tapline.Cli.Verbs;

/// <summary>Lets something loose that does not exist.</summary>
sealed class SimulateVerb : Verb
{
    public SimulateVerb()
        : base("simulate", "Let devices loose that do not exist", "simulate devices --count 1000 --rate 500")
    {
        Subcommands.Add(new SimulateDevicesVerb());
    }

    protected override Task<int> RunAsync(ParseResult line, CancellationToken ct) =>
        throw new TaplineException("say what to simulate", "./tapline simulate devices --count 1000 --rate 500");
}
