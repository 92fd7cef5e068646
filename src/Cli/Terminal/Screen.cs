using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Cli.Verbs;

namespace Tapline.Cli.Terminal;

/// <summary>Where a verb prints. In text mode lines go to standard output and results are lines; in JSON mode standard
/// output carries the one result document and nothing else.</summary>
sealed class Screen(TextWriter output, TextWriter errors, OutputFormat format, bool isTerminal)
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson => format == OutputFormat.Json;

    /// <summary>Whether a person watches, so that a table may be redrawn in place.</summary>
    public bool IsLive => isTerminal && !IsJson;

    /// <summary>The screen of a command line.</summary>
    public static Screen Of(ParseResult line)
    {
        var (output, errors) = (line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
        var terminal = !Console.IsOutputRedirected
            && ReferenceEquals(output, Console.Out)
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        return new Screen(output, errors, line.GetValue(CommonOptions.Output), terminal);
    }

    /// <summary>A line for people; silent in JSON mode.</summary>
    public void Line(string text = "")
    {
        if (!IsJson)
            output.WriteLine(text);
    }

    /// <summary>A line about what is going on; it never mixes with results.</summary>
    public void Progress(string text) => (IsJson ? errors : output).WriteLine(text);

    /// <summary>The verb's result; silent in text mode.</summary>
    public void Result(JsonNode result)
    {
        if (IsJson)
            output.WriteLine(Document(result));
    }

    /// <summary>JSON as it is printed and put into files: indented, letters as they are.</summary>
    public static string Document(JsonNode result) => result.ToJsonString(Indented);
}
