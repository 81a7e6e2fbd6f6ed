import type { ReelInput } from "@musicverse/plugin-kit";

type Tone = ReelInput["tone"];
type Platform = ReelInput["platform"];

/** `{s}`: what it is about. `{w}`: a word of the brief. */
export const hooks: Readonly<Record<Tone, readonly string[]>> = {
  friendly: [
    "Hey you, this is for you: {s}",
    "Got a minute? Let me show you {s}",
    "I made something: {s}",
    "Come sit with me for {s}",
    "You asked for {w}, so here is {s}",
    "A little story about {s}",
    "Honestly? I can't stop smiling about {s}",
  ],
  playful: [
    "POV: you just found {s}",
    "Nobody: … Me: {s}!",
    "Warning: {s} gets stuck in your head",
    "Guess who couldn't keep {w} a secret",
    "My cat has heard {s} 400 times",
    "Tell me you love {w} without telling me",
    "Plot twist: {s}",
  ],
  energetic: [
    "Stop scrolling! {s} is here",
    "Turn it UP for {s}",
    "3, 2, 1: {s}!",
    "This {w} hits different. Sound on!",
    "You are not ready for {s}",
    "Let's go! {s}",
    "Feel that {w}? That's {s}",
  ],
  inspirational: [
    "It all began with {w}. Today: {s}",
    "Somebody told me to give up. Then came {s}",
    "What if {w} is only the beginning?",
    "For everyone who still believes in {w}: {s}",
    "Every dream needs a sound. This is {s}",
    "I wrote this when I needed it most: {s}",
    "Small room, big dream: {s}",
  ],
  professional: [
    "Introducing {s}",
    "Now available: {s}",
    "Three things to know about {s}",
    "Behind the production of {s}",
    "How {w} shaped {s}",
    "A closer look at {s}",
    "From first sketch to master: {s}",
  ],
  dramatic: [
    "In the dark, one thing remains: {s}",
    "You were never meant to hear {s}",
    "The silence is over. {s}",
    "Every {w} has its price",
    "They said it could not be done. {s}",
    "Listen closely. This is {s}",
    "Tonight, everything changes: {s}",
  ],
};

export const scenes: Readonly<Record<Tone, readonly string[]>> = {
  friendly: [
    "Close-up, smiling into the camera: what {w} means to you.",
    "At the kitchen table with tea, headphones on, the melody comes in.",
    "Hand-held, walking outside; caption on screen: {s}.",
    "Friends hear it for the first time and nod along.",
    "You wave, the chorus goes on below.",
    "A page of your notebook with the words you crossed out.",
  ],
  playful: [
    "Quick cut: you mouth the {w} line with sunglasses on.",
    "Zoom on a rubber duck that dances to the beat.",
    "Text pops up word by word: {s}.",
    "You freeze, the beat drops, confetti.",
    "Split screen: you before and after {w}.",
    "Rewind effect back to the first second.",
  ],
  energetic: [
    "Smash cut to the drop, camera shakes with the kick.",
    "Fast run through the street, {w} in big letters.",
    "Strobe on the beat: {s}.",
    "Crowd shot, hands in the air.",
    "Three jump cuts, one on each beat.",
    "Everything stops for one bar, then full power.",
  ],
  inspirational: [
    "Sunrise over the roofs, the first chord of {w}.",
    "Old phone video of your very first try.",
    "Slow push-in while you write down: {s}.",
    "The room is empty, then it is full of people.",
    "You look up as the choir comes in.",
    "White text on black: keep going.",
  ],
  professional: [
    "Wide shot of the studio, meters moving.",
    "Screen recording of the session: the {w} layers, one by one.",
    "Title card: {s}.",
    "Cover, release date and where to listen.",
    "Before and after of the mix, level-matched.",
    "You explain one decision in one sentence.",
  ],
  dramatic: [
    "Black screen. One note of {w}.",
    "Rain on glass, a face half in shadow.",
    "Slow motion, the light goes out: {s}.",
    "A door closes on the snare.",
    "Whispered line, then silence.",
    "The title burns into the frame.",
  ],
};

export const captions: Readonly<Record<Tone, readonly string[]>> = {
  friendly: [
    "{s}. Made with a lot of love and too much tea.",
    "So happy to share {s} with you.",
    "This one is about {w}, and about you. {s}",
    "{s}, for slow evenings and good company.",
  ],
  playful: [
    "{s}. You're welcome.",
    "I regret nothing. {s}",
    "{w}? More like wow. {s}",
    "Side effects of {s}: dancing in the kitchen.",
  ],
  energetic: [
    "{s}. Volume all the way up!",
    "No skips. No brakes. {s}!",
    "{w} on 100. {s}",
    "This is your sign to move: {s}!",
  ],
  inspirational: [
    "{s}. For everyone who is still on the way.",
    "One step, one song: {s}",
    "Because {w} is worth it. {s}",
    "Start where you are. {s}",
  ],
  professional: [
    "{s}. Full details on the release page.",
    "{s}: written, produced and mixed by us.",
    "On {w}, craft and patience. {s}",
    "{s}. Available on all major services.",
  ],
  dramatic: [
    "{s}. Some nights never end.",
    "What remains of {w}? {s}",
    "{s}. Do not look away.",
    "It was waiting for you. {s}",
  ],
};

/** What people are asked to do, as is usual there; the caption grows by it. */
export const calls: Readonly<Record<Platform, readonly string[]>> = {
  instagram: [
    "Save this for later and send it to someone who needs it. Which line stays with you? Tell me in the comments.",
    "Share it to your story and tag me, I repost my favourites. Link in bio for the full song.",
  ],
  tiktok: ["Duet this!", "Use this sound.", "Part 2?"],
  youtube: ["Subscribe for more.", "Full song on the channel."],
  facebook: [
    "Share it with a friend who would like this, and tell us what you think below.",
    "What do you think? We read every comment.",
  ],
};

export const genericTags: Readonly<Record<Platform, readonly string[]>> = {
  instagram: ["#reels", "#newmusic", "#indieartist", "#musicproducer", "#songwriter", "#instamusic"],
  tiktok: ["#fyp", "#newmusic", "#musictok"],
  youtube: ["#shorts", "#music"],
  facebook: ["#newmusic", "#music"],
};

/** [at least, at most] hashtags, and the longest caption. */
export const habits: Readonly<Record<Platform, { tags: readonly [number, number]; captionMax: number }>> = {
  instagram: { tags: [6, 9], captionMax: 400 },
  tiktok: { tags: [3, 5], captionMax: 150 },
  youtube: { tags: [2, 3], captionMax: 100 },
  facebook: { tags: [1, 3], captionMax: 250 },
};
