namespace Tapline.Cli;

/// <summary>What a verb tells its caller. Documented in docs/cli.md and at the end of every <c>--help</c>.</summary>
static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Failed, for a reason that the error names.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary><c>verify</c> found rows that differ, or <c>table fsck</c> damage.</summary>
    public const int Differences = 3;

    /// <summary>Something that is needed cannot be reached: a server, a registry, a tool, a file.</summary>
    public const int Unreachable = 4;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;
}
