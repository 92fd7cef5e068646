using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tapline.Settings;

/// <summary>Reads YAML texts of settings.</summary>
public static class YamlText
{
    /// <summary>The settings at the top of a text. Throws <see cref="ConfigException"/> when there are none.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">Stands in messages.</param>
    /// <param name="firstLine">The line of the file on which the text begins.</param>
    public static YamlMappingNode Root(string yaml, string file, int firstLine = 1) =>
        Node(yaml, file, firstLine) switch
        {
            YamlMappingNode mapping => mapping,
            null => throw new ConfigException([$"{file}:{firstLine}: is empty"]),
            _ => throw new ConfigException([$"{file}:{firstLine}: must be a group of settings"]),
        };

    /// <summary>What stands at the top of a text; null when it is empty.</summary>
    public static YamlNode? Node(string yaml, string file, int firstLine = 1)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents switch
            {
                [] => null,
                [var document] => document.RootNode,
                _ => throw new ConfigException([$"{file}: holds several documents, not one"]),
            };
        }
        catch (YamlException malformed)
        {
            var line = malformed.Start.Line + firstLine - 1;
            throw new ConfigException([$"{file}:{line}: is not YAML: {malformed.Message}"]);
        }
    }
}
