using System.CommandLine;

namespace Tapline.Cli.Verbs;

/// <summary>How results are printed.</summary>
enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,
    /// <summary>One JSON document on standard output; everything else goes to standard error.</summary>
    Json,
}

/// <summary>The options that every verb takes.</summary>
static class CommonOptions
{
    /// <summary>The configuration file.</summary>
    public static readonly Option<string> Config = new("--config", "-c")
    {
        Description = "The configuration file",
        HelpName = "file",
        DefaultValueFactory = static _ => "tapline.yaml",
        Recursive = true,
    };

    /// <summary>How results are printed.</summary>
    public static readonly Option<OutputFormat> Output = new("--output", "-o")
    {
        Description = "How results are printed",
        DefaultValueFactory = static _ => OutputFormat.Text,
        Recursive = true,
    };

    /// <summary>Whether logs and stack traces are shown.</summary>
    public static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show logs, and where an error came from",
        Recursive = true,
    };
}
