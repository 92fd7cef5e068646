using System.CommandLine;
using System.CommandLine.Help;
using System.Net.Sockets;
using Npgsql;
using Tapline.Cli.Configuration;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Contracts;

namespace Tapline.Cli;

/// <summary>The command line: every verb, and how failures become words and exit codes.</summary>
static class CommandLine
{
    /// <summary>How long a verb may take to stop after Ctrl-C before the process ends anyway.</summary>
    static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Runs one command line and gives its exit code. Never throws.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var root = Build();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return ReportUsage(parsed, errors);

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTimeout,
        };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception failure)
        {
            return Report(failure, parsed.GetValue(CommonOptions.Verbose), errors);
        }
    }

    /// <summary>The verbs in the order of a first day: try, run, ask, check, care.</summary>
    internal static RootCommand Build()
    {
        var root = new RootCommand("Tapline keeps a lakehouse in step with your databases.");
        root.Options.Add(CommonOptions.Config);
        root.Options.Add(CommonOptions.Output);
        root.Options.Add(CommonOptions.Verbose);
        foreach (var verb in Verb.All())
            root.Subcommands.Add(verb);
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction standard } help)
                help.Action = new HelpWithExamples(standard);
        }
        return root;
    }

    static int ReportUsage(ParseResult parsed, TextWriter errors)
    {
        foreach (var error in parsed.Errors)
            errors.WriteLine($"error: {error.Message}");
        var verb = parsed.CommandResult.Command is RootCommand ? "" : $" {parsed.CommandResult.Command.Name}";
        errors.WriteLine($"hint: ./tapline{verb} --help");
        return ExitCode.Usage;
    }

    static int Report(Exception failure, bool verbose, TextWriter errors)
    {
        if (failure is OperationCanceledException)
            return ExitCode.Interrupted;
        if (failure is ConfigException config)
        {
            foreach (var problem in config.Problems)
                errors.WriteLine($"error: {problem}");
            return ExitCode.Usage;
        }
        errors.WriteLine($"error: {failure.Message}");
        if ((failure as TaplineException)?.Hint is { } hint)
            errors.WriteLine($"hint: {hint}");
        if (verbose)
            errors.WriteLine(failure.ToString());
        else if (failure is not TaplineException)
            errors.WriteLine("hint: --verbose shows where this came from");
        return IsUnreachable(failure) ? ExitCode.Unreachable : ExitCode.Failure;
    }

    static bool IsUnreachable(Exception failure) =>
        failure switch
        {
            SocketException or DllNotFoundException => true,
            PostgresException => false,
            NpgsqlException => true,
            _ => failure.InnerException is { } inner && IsUnreachable(inner),
        };
}
