using YamlDotNet.RepresentationModel;

namespace Tapline.Settings;

/// <summary>Collects what is wrong with one file while it is read on.</summary>
/// <param name="file">Stands in messages.</param>
/// <param name="firstLine">The line of the file on which its settings begin.</param>
public sealed class ConfigProblems(string file, int firstLine = 1)
{
    readonly List<(long Line, string Text)> _found = [];

    /// <summary>The line of the file on which a node stands.</summary>
    public int LineOf(YamlNode node) => checked((int)node.Start.Line) + firstLine - 1;

    /// <summary>Notes a mistake at a node's line.</summary>
    public void Add(YamlNode at, string text) => _found.Add((LineOf(at), text));

    /// <summary>Each mistake with its place, in the order of their lines.</summary>
    public IEnumerable<string> All =>
        _found.OrderBy(static found => found.Line).Select(found => $"{file}:{found.Line}: {found.Text}");

    /// <summary>Throws them all, in the order of their lines, and after them those of another file; does nothing when
    /// there are none.</summary>
    public void ThrowIfAny(params IReadOnlyCollection<string> elsewhere)
    {
        if (_found.Count + elsewhere.Count > 0)
            throw new ConfigException([.. All, .. elsewhere]);
    }
}
