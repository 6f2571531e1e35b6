"""What a model sees in photos, and the art that it makes of them, by an endpoint as OpenAI's."""
