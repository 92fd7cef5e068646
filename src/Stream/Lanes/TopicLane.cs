using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>Which lane a topic belongs to, for as long as its lake lives: all of a table is in one lane.</summary>
static class TopicLane
{
    /// <summary>The lane of a topic where there are so many.</summary>
    // Old connectors send a table whose name is not ASCII under two names of topics, which differ in how many letters
    // an underscore stands for: those do not count.
    public static int Of(string topic, int lanes)
    {
        if (lanes == 1)
            return 0;
        var name = new StringBuilder(topic.Length);
        foreach (var letter in topic)
        {
            if (letter != '_' || name.Length == 0 || name[^1] != '_')
                name.Append(letter);
        }
        return Murmur2.Partition(Encoding.UTF8.GetBytes(name.ToString()), lanes);
    }
}
