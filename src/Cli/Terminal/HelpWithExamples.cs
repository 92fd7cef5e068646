using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tapline.Cli.Verbs;

namespace Tapline.Cli.Terminal;

/// <summary>The standard help, then the verb's examples and what the exit codes mean.</summary>
sealed class HelpWithExamples(HelpAction standard) : SynchronousCommandLineAction
{
    /// <summary>Help asks for no arguments.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = standard.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb { Examples.Length: > 0 } verb)
        {
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples)
                output.WriteLine($"  ./tapline {example}");
            output.WriteLine();
        }
        output.WriteLine("Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 verify found differences,");
        output.WriteLine("            4 something needed is not reachable, 130 interrupted");
        return code;
    }
}
